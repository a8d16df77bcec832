import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { UsageEventInfo } from '../../shared/contract/usage-data.ts';
import { unreachable } from '../../shared/errors/app-error.ts';
import {
  type SubmitConnectEventRequest,
  SubmitConnectEventRequestSchema,
} from '../protocol/codec/gen/prehog/connect_pb.js';
import type { DeviceFacts, UsageEvent } from './events.ts';

/** The two names of an event's cluster and user, already anonymized. */
export interface HashedNames {
  readonly clusterName: string;
  readonly userName: string;
}

export interface EncodeOptions {
  readonly installationId: string;
  readonly capturedAt: Date;
  readonly device: DeviceFacts;
  /** Absent for `user_job_role_update`, which names no cluster. */
  readonly names: HashedNames | undefined;
}

/** The message of one event (telemetry.md 5). */
export function toRequest(event: UsageEvent, options: EncodeOptions): SubmitConnectEventRequest {
  return create(SubmitConnectEventRequestSchema, {
    distinctId: options.installationId,
    timestamp: timestampFromMs(options.capturedAt.getTime()),
    event: toOneof(event, options.names ?? { clusterName: '', userName: '' }, options.device),
  });
}

export function toBytes(request: SubmitConnectEventRequest): Uint8Array {
  return toBinary(SubmitConnectEventRequestSchema, request);
}

/** An event as it is shown, and the bytes that go out. */
export function describeEvent(
  id: string,
  status: UsageEventInfo['status'],
  event: UsageEvent,
  options: EncodeOptions,
): { readonly info: UsageEventInfo; readonly bytes: Uint8Array } {
  const request = toRequest(event, options);
  const bytes = toBytes(request);
  const info = {
    id,
    name: event.kind,
    at: options.capturedAt.toISOString(),
    status,
    fields: describeFields(request),
    bytes: Buffer.from(bytes).toString('hex'),
  };
  return { info, bytes };
}

type Oneof = Parameters<typeof create<typeof SubmitConnectEventRequestSchema>>[1] extends infer Init
  ? Init extends { event?: infer E }
    ? E
    : never
  : never;

function toOneof(event: UsageEvent, names: HashedNames, device: DeviceFacts): Oneof {
  switch (event.kind) {
    case 'cluster_login':
      return {
        case: 'clusterLogin',
        value: { ...names, ...device, connectorType: event.connectorType },
      };
    case 'protocol_use':
      return {
        case: 'protocolUse',
        value: {
          ...names,
          protocol: event.protocol,
          origin: event.origin,
          accessThrough: event.accessThrough,
        },
      };
    case 'access_request_create':
      return { case: 'accessRequestCreate', value: { ...names, kind: event.requestKind } };
    case 'access_request_review':
      return { case: 'accessRequestReview', value: { ...names } };
    case 'access_request_assume_role':
      return { case: 'accessRequestAssumeRole', value: { ...names } };
    case 'file_transfer_run':
      return { case: 'fileTransferRun', value: { ...names, isUpload: event.isUpload } };
    case 'user_job_role_update':
      return { case: 'userJobRoleUpdate', value: { jobRole: event.jobRole } };
    case 'connect_my_computer_setup':
      return {
        case: 'connectMyComputerSetup',
        value: { ...names, success: event.failedStep === undefined, failedStep: event.failedStep ?? '' },
      };
    case 'connect_my_computer_agent_start':
      return { case: 'connectMyComputerAgentStart', value: { ...names } };
    default:
      return unreachable(event);
  }
}

const hashedFields = new Set(['clusterName', 'userName']);

/** The fields of a message as the person is shown them, in the names of the wire. */
function describeFields(request: SubmitConnectEventRequest): UsageEventInfo['fields'] {
  const { event } = request;
  const values: Record<string, unknown> = { ...event.value };
  const fields = Object.entries(values).filter(([name]) => !name.startsWith('$'));
  return [
    { name: 'distinct_id', value: request.distinctId, isAnonymized: false },
    ...fields.map(([name, value]) => ({
      name: toSnakeCase(name),
      value: typeof value === 'string' ? value : JSON.stringify(value),
      isAnonymized: hashedFields.has(name),
    })),
  ];
}

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
