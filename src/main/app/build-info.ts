/** Where this build sends usage data: the environment counts first, then what the package names; none = no question is asked. */
export function usageCollectorOf(packageJson: { readonly usageCollector?: unknown }): string | undefined {
  const value = process.env['PORTHOLE_USAGE_COLLECTOR'] ?? packageJson.usageCollector;
  return typeof value === 'string' && URL.canParse(value) ? value : undefined;
}
