import { ClusterStore } from '../store/cluster-store.ts';

// Writes one record after the other and tells of each once it is written, until it is killed.

const store = new ClusterStore(process.argv[2]);
const records = store.collection<{ n: number }>('record', (body) => body as { n: number });
let n = records.all().length;
const write = () => {
  for (let i = 0; i < 20; i++) {
    records.put(String(n), { n });
    process.send?.(n);
    n += 1;
  }
  setImmediate(write);
};
write();
