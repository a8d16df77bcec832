import { existsSync } from 'node:fs';
import type { JsonObject } from './objects.ts';
import { builtInImages } from './programs.ts';

const namespace = 'demo';
const shell = '/bin/sh';

/** A small shop in the namespace `demo`: two web servers, a worker, and where there is a shell a pod to work in. */
export function demoObjects(): JsonObject[] {
  return [
    { kind: 'Namespace', metadata: { name: namespace } },
    web('web-1'),
    web('web-2'),
    {
      kind: 'Pod',
      metadata: { name: 'worker-1', namespace, labels: { app: 'worker' } },
      spec: { containers: [{ name: 'worker', image: builtInImages.worker }] },
    },
    ...(existsSync(shell) ? [toolbox()] : []),
    {
      kind: 'Service',
      metadata: { name: 'web', namespace },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }] },
    },
    {
      kind: 'ConfigMap',
      metadata: { name: 'shop', namespace },
      data: { currency: 'EUR', greeting: 'Welcome to the shop' },
    },
  ];
}

function web(name: string): JsonObject {
  return {
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: 'web' } },
    spec: {
      containers: [
        { name: 'web', image: builtInImages.web, ports: [{ containerPort: 8080, protocol: 'TCP' }] },
      ],
    },
  };
}

function toolbox(): JsonObject {
  return {
    kind: 'Pod',
    metadata: { name: 'toolbox', namespace, labels: { app: 'toolbox' } },
    spec: {
      containers: [
        { name: 'shell', image: 'porthole.demo/toolbox', command: [shell], stdin: true, tty: true },
      ],
    },
  };
}
