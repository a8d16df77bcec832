import type { RefusalStep } from './refusal-step.ts';

const headBytes = 16;
const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;
const queryFailure = 2;
const unauthorized = 13;

/** The failed answer to a MongoDB command; undefined for what is none. */
export function mongodbRefusal(text: string, chunk: Buffer): RefusalStep | undefined {
  if (chunk.length < headBytes) return undefined;
  const requestId = chunk.readInt32LE(4);
  switch (chunk.readInt32LE(12)) {
    case opMsg: {
      const flags = Buffer.alloc(5);
      return { bytes: frame(opMsg, requestId, Buffer.concat([flags, failure(text)])), isLast: true };
    }
    case opQuery: {
      // Flags, a cursor of 8 bytes, where it starts, and how many documents follow.
      const fields = Buffer.alloc(20);
      fields.writeInt32LE(queryFailure, 0);
      fields.writeInt32LE(1, 16);
      return { bytes: frame(opReply, requestId, Buffer.concat([fields, failure(text)])), isLast: true };
    }
    default:
      return undefined;
  }
}

function frame(opcode: number, responseTo: number, body: Buffer): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeInt32LE(headBytes + body.length, 0);
  head.writeInt32LE(responseTo, 8);
  head.writeInt32LE(opcode, 12);
  return Buffer.concat([head, body]);
}

/** The document of a failure, in BSON. `$err` is for clients of the older form. */
function failure(text: string): Buffer {
  const elements = Buffer.concat([
    Buffer.from('\x01ok\0'),
    Buffer.alloc(8),
    textElement('errmsg', text),
    textElement('$err', text),
    Buffer.from('\x10code\0'),
    int32(unauthorized),
    textElement('codeName', 'Unauthorized'),
  ]);
  return Buffer.concat([int32(elements.length + 5), elements, Buffer.alloc(1)]);
}

function textElement(name: string, text: string): Buffer {
  const bytes = Buffer.from(`${text}\0`);
  return Buffer.concat([Buffer.from(`\x02${name}\0`), int32(bytes.length), bytes]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
