import type { TunnelCommand } from '../../shared/contract/tunnels.ts';
import { findProgram } from '../tunnels/find-program.ts';
import { shellLine } from '../tunnels/shell-words.ts';

export interface KubeCommandOptions {
  readonly kubeconfigPath: string;
  readonly context: string;
  readonly platform: string;
}

/** How a person uses a Kubernetes cluster from a command line. */
export function kubeCommands(options: KubeCommandOptions): TunnelCommand[] {
  const where = ['--kubeconfig', options.kubeconfigPath, '--context', options.context];
  const line = (program: string, ...rest: string[]) =>
    shellLine([program, ...where, ...rest], options.platform);
  const isInstalled = findProgram('kubectl') !== undefined;
  const kubectl = (title: string, ...rest: string[]): TunnelCommand => ({
    title,
    preview: line('kubectl', ...rest),
    isInstalled,
    ...(isInstalled ? {} : { install: 'See https://kubernetes.io/docs/tasks/tools/' }),
  });
  return [
    kubectl('List pods', 'get', 'pods', '--all-namespaces'),
    kubectl('List nodes', 'get', 'nodes'),
    ...(findProgram('k9s') === undefined ? [] : [{ title: 'k9s', preview: line('k9s'), isInstalled: true }]),
  ];
}
