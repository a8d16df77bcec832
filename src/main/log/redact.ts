export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

const maxValueLength = 4_000;
const secretNames = /pass(word|phrase)?|secret|token|cookie|one.?time|totp|private|authorization/i;
const secretTexts: readonly RegExp[] = [
  /-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g,
  // Certificates and keys of SSH, and any other long run of base64.
  /AAAA[A-Za-z0-9+/=]{40,}/g,
  /[A-Za-z0-9+/_-]{120,}={0,2}/g,
];

/** Takes secrets out of what is about to be logged, by name and by shape. */
export function redact(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value];
      return [name, secretNames.test(name) ? '[redacted]' : redactText(value)];
    }),
  );
}

export function redactText(text: string): string {
  const clean = secretTexts.reduce((current, pattern) => current.replaceAll(pattern, '[redacted]'), text);
  return clean.length > maxValueLength ? `${clean.slice(0, maxValueLength)}…` : clean;
}
