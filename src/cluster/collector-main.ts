import { describeReceived, startUsageCollector } from './usage-collector.ts';

// A collector for the curious: prints its address, then every event that arrives. Ended with its parent.

const collector = await startUsageCollector({
  onEvent: (event) => process.stdout.write(`usage data: ${describeReceived(event)}\n`),
});
const stop = () => void collector.stop().finally(() => process.exit(0));
process.once('disconnect', stop);
process.on('SIGTERM', stop);
process.on('SIGINT', () => undefined);
process.send?.({ address: collector.address });
