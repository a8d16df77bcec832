// A line with a delay: `delay-relay.mjs <target port> <milliseconds each way>`; prints the port it listens on.
import { connect, createServer } from 'node:net';

const [target, delay] = process.argv.slice(2).map(Number);

/** Carries bytes later, in order, and stops reading while much is on its way. */
function carry(from, to) {
  let waiting = 0;
  from.on('data', (chunk) => {
    waiting += chunk.length;
    if (waiting > 64 << 20) from.pause();
    setTimeout(() => {
      waiting -= chunk.length;
      if (waiting < 32 << 20) from.resume();
      if (!to.destroyed) to.write(chunk);
    }, delay);
  });
  from.on('close', () => setTimeout(() => to.destroy(), delay));
  from.on('error', () => undefined);
}

const server = createServer((client) => {
  const far = connect(target, '127.0.0.1');
  client.setNoDelay(true);
  far.setNoDelay(true);
  carry(client, far);
  carry(far, client);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
