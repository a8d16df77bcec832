const introducer = '\u001b]7;';
const maxReport = 4_096;

/**
 * Reads the working directory that shells report in their output (OSC 7, `ESC ] 7 ; file://host/path BEL`). Reports of
 * other hosts, as they come through an SSH session inside the shell, are passed over.
 */
export class FolderReports {
  readonly #host: string;
  #tail = '';

  constructor(host: string) {
    this.#host = host.toLowerCase();
  }

  /** Takes output in order, cut anywhere; gives the last folder that was reported in it. */
  feed(bytes: Uint8Array): string | undefined {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#tail === '' && !chunk.includes(0x1b)) return undefined;
    const text = this.#tail + chunk.toString('latin1');
    this.#tail = '';
    let folder: string | undefined;
    for (let at = text.indexOf('\u001b'); at >= 0; at = text.indexOf('\u001b', at + 1)) {
      const rest = text.slice(at, at + maxReport);
      if (!rest.startsWith(introducer)) {
        if (introducer.startsWith(rest)) this.#tail = rest;
        continue;
      }
      const end = /[\u0007\u001b\u009c]/.exec(rest.slice(introducer.length));
      if (end)
        folder = this.#folderOf(rest.slice(introducer.length, introducer.length + end.index)) ?? folder;
      else if (rest.length < maxReport) this.#tail = rest;
    }
    return folder;
  }

  #folderOf(report: string): string | undefined {
    const match = /^file:\/\/([^/]*)(\/.*)$/.exec(report);
    const host = match?.[1]?.toLowerCase() ?? '';
    if (!match || !(host === '' || host === 'localhost' || host === this.#host)) return undefined;
    try {
      const path = decodeURIComponent(Buffer.from(match[2] ?? '', 'latin1').toString('utf8'));
      return path.includes('\0') ? undefined : path;
    } catch {
      return undefined;
    }
  }
}
