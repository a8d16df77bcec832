import type { PageFile } from '../../../shared/contract/transfers.ts';

/** Something that a person chose in the page. Folders that are empty have no file, and a path that ends with `/`. */
export interface PickedFile {
  readonly path: string;
  readonly file?: File;
}

export function toPageFile({ path, file }: PickedFile): PageFile {
  return { path, size: file?.size ?? 0, modified: file?.lastModified ?? 0 };
}

/** Opens the browser's own dialog; nothing follows when it is closed. */
export function pickFiles(what: 'files' | 'folder'): Promise<readonly PickedFile[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.webkitdirectory = what === 'folder';
    input.addEventListener('cancel', () => resolve([]));
    input.addEventListener('change', () =>
      resolve([...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }))),
    );
    input.click();
  });
}

/** Everything that was dragged in, with folders and all that is in them. Call it while the drop is handled: afterwards it is gone. */
export function droppedFiles(data: DataTransfer): Promise<readonly PickedFile[]> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  return collect(entries);
}

async function collect(entries: readonly FileSystemEntry[]): Promise<readonly PickedFile[]> {
  const found: PickedFile[] = [];
  const walk = async (entry: FileSystemEntry, path: string): Promise<void> => {
    if (isFileEntry(entry)) {
      found.push({ path, file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)) });
      return;
    }
    const children = isFolderEntry(entry) ? await readAll(entry) : [];
    if (children.length === 0) found.push({ path: `${path}/` });
    for (const child of children) await walk(child, `${path}/${child.name}`);
  };
  for (const entry of entries) await walk(entry, entry.name);
  return found;
}

/** A reader gives a part at a time, and an empty one at the end. */
async function readAll(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return all;
    all.push(...part);
  }
}

function isFileEntry(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolderEntry(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
