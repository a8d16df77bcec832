import { createHmac } from 'node:crypto';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text can be the key: the cluster's id as it was received (telemetry.md 4). */
export function isClusterId(text: string): boolean {
  return uuid.test(text);
}

/** HMAC-SHA-256 of a name with the root cluster's id, as text, as the key; standard base64, 44 characters (telemetry.md 4). */
export function anonymize(clusterId: string, value: string): string {
  return createHmac('sha256', clusterId).update(value, 'utf8').digest('base64');
}
