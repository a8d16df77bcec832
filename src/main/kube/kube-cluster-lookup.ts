import 'reflect-metadata'; // the X.509 library asks for it
import { X509Certificate } from '@peculiar/x509';
import { AppError } from '../../shared/errors/app-error.ts';
import type { AuthApi } from '../protocol/client/auth-api.ts';

const kubernetesUsers = '1.3.9999.1.1';
const kubernetesGroups = '1.3.9999.1.2';

/** Looks a Kubernetes cluster up by its exact name. Throws `resource-gone` when the person cannot see it. */
export async function findKubeCluster(api: AuthApi, name: string, signal?: AbortSignal): Promise<void> {
  const page = await api.list(
    {
      kinds: ['kubernetes'],
      keywords: [],
      labels: {},
      predicate: `name == ${JSON.stringify(name)}`,
      sort: { field: 'name', descending: false },
      limit: 100,
    },
    signal,
  );
  const found = page.items.find((item) => item.id === name);
  if (found && !found.requiresRequest) return;
  if (found) {
    throw new AppError('access-denied', `Your roles do not allow the Kubernetes cluster ${name}.`, {
      advice: 'Ask for access first.',
    });
  }
  throw new AppError('resource-gone', `The cluster shows no Kubernetes cluster named ${name} to you.`, {
    reason: 'It was removed, or your roles do not allow it any more.',
    advice: 'Refresh the list, or ask for access.',
  });
}

/** A certificate that names neither users nor groups opens nothing (tunnels.md 4.1); better said now than by `kubectl`. */
export function checkKubeCertificate(pem: string, name: string): void {
  const subject = new X509Certificate(pem).subjectName;
  if (subject.getField(kubernetesUsers).length + subject.getField(kubernetesGroups).length > 0) return;
  throw new AppError(
    'access-denied',
    `Your roles give you no rights inside the Kubernetes cluster ${name}.`,
    {
      reason: 'They name neither kubernetes_groups nor kubernetes_users.',
      advice: 'Ask an administrator to add them to one of your roles.',
    },
  );
}
