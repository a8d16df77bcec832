import { isMap, LineCounter, parseDocument } from 'yaml';

/** The line of a value in a text of JSON, counted from 1, by the keys that lead to it; undefined when it is not there. */
export function lineFinder(text: string): (path: readonly string[]) => number | undefined {
  const lines = new LineCounter();
  // JSON is YAML too, and this parser tells where things are.
  const document = parseDocument(text, { schema: 'json', lineCounter: lines, uniqueKeys: false });
  return (path) => {
    let node: unknown = document.contents;
    let offset: number | undefined;
    for (const name of path) {
      if (!isMap(node)) break;
      // Of a name that is there twice the last one counts, as for JSON.
      const pair = node.items.findLast((item) => String(item.key) === name);
      if (!pair) return undefined;
      offset = (pair.key as { range?: readonly number[] }).range?.[0];
      node = pair.value;
    }
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
}
