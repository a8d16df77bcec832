import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { isAppError } from '../../shared/errors/app-error.ts';
import { type KubeEntries, KubeconfigDocument } from './kubeconfig-document.ts';
import { editKubeconfig } from './kubeconfig-file.ts';
import { makeLocalAuthority } from './local-authority.ts';
import { serverNameOf } from './server-name.ts';

const authority = await makeLocalAuthority(new Date());
let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-kubeconfig-'));
  path = join(folder, 'config');
});

function entries(names: readonly string[], userName = 'porthole:alice@proxy'): KubeEntries {
  return {
    userName,
    authority: authority.certificate,
    clientCertificate: authority.clientCertificate,
    clientKey: authority.clientKey,
    contexts: names.map((name) => ({
      name: `${name}@test.porthole`,
      server: 'https://127.0.0.1:23456',
      serverName: serverNameOf(name),
    })),
  };
}

function merge(names: readonly string[], text: string): string {
  const document = new KubeconfigDocument(text, path);
  document.put(entries(names));
  return document.toString();
}

function unmerge(text: string): string {
  const document = new KubeconfigDocument(text, path);
  document.remove('porthole:alice@proxy');
  return document.toString();
}

const own = `# mine
apiVersion: v1
kind: Config
current-context: home # where I work
clusters:
- cluster:
    server: https://10.0.0.1:6443
    certificate-authority: /etc/ca.pem # not inline
  name: home
contexts:
- context:
    cluster: home
    user: me
    namespace: shop
  name: home
preferences: {}
users:
# my token
- name: me
  user:
    token: abc
`;

const kubectl = (file: string, ...args: string[]) =>
  execFileSync('kubectl', args, { env: { ...process.env, KUBECONFIG: file }, encoding: 'utf8' });

describe('KubeconfigDocument', () => {
  it('adds contexts that kubectl reads, and takes them out again without a trace', () => {
    const merged = merge(['prod', 'eu.x'], own);
    expect(merged).toContain('# my token');
    expect(merged).toContain('current-context: home # where I work');
    writeFileSync(path, merged);
    expect(kubectl(path, 'config', 'get-contexts', '-o', 'name').split('\n').sort()).toEqual(
      ['', 'eu.x@test.porthole', 'home', 'prod@test.porthole'].sort(),
    );
    expect(kubectl(path, 'config', 'current-context')).toBe('home\n');
    expect(unmerge(merged)).toBe(own);
    expect(merge(['prod', 'eu.x'], merged)).toBe(merged);
  });

  it('does the same with what kubectl writes, and with lists that are indented or empty', () => {
    kubectl(path, 'config', 'set-cluster', 'a', '--server=https://a:1');
    kubectl(path, 'config', 'set-context', 'a', '--cluster=a');
    const indented = own.replaceAll(/^(- | {2}(?=\S)| {4})/gm, '  $1').replace('# my token', '  # my token');
    const flow =
      'apiVersion: v1\nclusters: []\ncontexts: []\ncurrent-context: ""\nkind: Config\nusers: null\n';
    for (const text of [readFileSync(path, 'utf8'), indented, flow, '', '# only a word\n']) {
      const merged = merge(['prod'], text);
      writeFileSync(path, merged);
      expect(kubectl(path, 'config', 'get-contexts', '-o', 'name')).toContain('prod@test.porthole');
      expect(merge(['prod'], unmerge(merged))).toBe(merged);
    }
    expect(unmerge(merge(['prod'], indented))).toBe(indented);
  });

  it('keeps what a person set in a context, drops contexts that are gone, and unsets a current one', () => {
    writeFileSync(path, merge(['prod', 'old'], own));
    kubectl(path, 'config', 'set-context', 'prod@test.porthole', '--namespace=payments');
    kubectl(path, 'config', 'use-context', 'old@test.porthole');
    kubectl(path, 'config', 'rename-context', 'prod@test.porthole', 'p');
    const next = merge(['prod'], readFileSync(path, 'utf8'));
    expect(next).toContain('namespace: payments');
    expect([...new KubeconfigDocument(next, path).contextsOf('porthole:alice@proxy').values()]).toEqual([
      'p',
    ]);
    expect(unmerge(next)).not.toContain('porthole');
    expect(next).not.toContain('old@test');
    expect(next).not.toContain('current-context');
    expect(next).toContain('token: abc');
  });

  it("gives way to a context of the person's own with the same name", () => {
    const text = merge(['home'], own.replaceAll('home', 'home@test.porthole'));
    expect(text).toContain('name: home@test.porthole-2');
    expect(text).toContain('https://10.0.0.1:6443');
    expect(unmerge(text)).toBe(own.replaceAll('home', 'home@test.porthole'));
  });

  it('keeps accounts apart', () => {
    const document = new KubeconfigDocument(own, path);
    document.put(entries(['a'], 'porthole:alice@one'));
    document.put(entries(['b'], 'porthole:bob@two'));
    document.remove('porthole:alice@one');
    document.put(entries(['b'], 'porthole:carol@two'));
    expect([...document.contextsOf('porthole:bob@two').values()]).toEqual(['b@test.porthole']);
    expect([...document.contextsOf('porthole:carol@two').values()]).toEqual(['b@test.porthole-2']);
    expect(document.contextsOf('porthole:alice@one').size).toBe(0);
  });

  it('takes names with anything in them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 255 }), (name) => {
        const merged = merge([name], own);
        const contexts = new KubeconfigDocument(merged, path).contextsOf('porthole:alice@proxy');
        expect([...contexts.values()]).toEqual([`${name}@test.porthole`]);
        expect(unmerge(merged)).toBe(own);
      }),
      { numRuns: 200 },
    );
  });

  it('answers broken texts with a coded error or a kubeconfig', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'clusters:',
        '\n- ',
        '  ',
        'name: x',
        ': ',
        '[',
        '{',
        '&a ',
        '*a',
        '|',
        '"',
        '---\n',
        '!!',
        '\t',
      ),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          merge(['prod'], pieces.join(''));
        } catch (error) {
          if (!isAppError(error, 'kubeconfig-unusable')) throw error;
        }
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('editKubeconfig', () => {
  const change = (text: string | undefined) =>
    editKubeconfig({ path, change: () => text, keepsCopy: () => true });
  const edit = () => change('new: 1\n');

  it('creates a file that nobody else can read', async () => {
    path = join(folder, 'deep', 'er', 'config');
    expect(await edit()).toBeUndefined();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deep', 'er'))).toEqual(['config']);
  });

  it('keeps a copy of what was there, and closes the file to others', async () => {
    writeFileSync(path, own, { mode: 0o644 });
    const copy = await edit();
    expect(readFileSync(copy ?? '', 'utf8')).toBe(own);
    expect(statSync(copy ?? '').mode & 0o777).toBe(0o600);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('touches nothing when nothing changes', async () => {
    writeFileSync(path, own, { mode: 0o644 });
    expect(await change(own)).toBeUndefined();
    expect(await change(undefined)).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['config']);
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });

  it.each<[string, () => void]>([
    [
      'a link',
      () => {
        writeFileSync(join(folder, 'real'), own);
        symlinkSync(join(folder, 'real'), path);
      },
    ],
    [
      'read-only',
      () => {
        writeFileSync(path, own);
        chmodSync(path, 0o444);
      },
    ],
    ['a folder', () => execFileSync('mkdir', [path])],
    ['no text', () => writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00, 0xc3]))],
    [
      'locked by another program',
      () => {
        writeFileSync(path, own);
        writeFileSync(`${path}.lock`, '');
      },
    ],
  ])('refuses a file that is %s, and leaves it as it is', async (_name, prepare) => {
    prepare();
    const before = existsSync(path) && statSync(path).isFile() ? readFileSync(path) : undefined;
    const names = readdirSync(folder);
    await expect(edit()).rejects.toMatchObject({ code: 'kubeconfig-unusable' });
    if (before) expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(names);
    rmSync(folder, { recursive: true });
  });

  it("goes past a lock that a killed program left at Porthole's own file", async () => {
    writeFileSync(path, own);
    writeFileSync(`${path}.lock`, '');
    utimesSync(`${path}.lock`, 1, 1);
    await editKubeconfig({ path, change: () => 'new: 1\n', keepsCopy: () => false, isOwn: true });
    expect(readFileSync(path, 'utf8')).toBe('new: 1\n');
    expect(readdirSync(folder)).toEqual(['config']);
  });

  it('does not leave a lock when the change fails', async () => {
    writeFileSync(path, 'clusters: {a: b\n');
    const parse = (text: string) => new KubeconfigDocument(text, path).toString();
    await expect(editKubeconfig({ path, change: parse, keepsCopy: () => true })).rejects.toMatchObject({
      code: 'kubeconfig-unusable',
    });
    expect(readdirSync(folder)).toEqual(['config']);
    expect(readFileSync(path, 'utf8')).toBe('clusters: {a: b\n');
  });
});
