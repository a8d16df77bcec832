import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoEchoApp } from './apps/demo-echo-app.ts';
import { startDemoHttpApp } from './apps/demo-http-app.ts';
import type { DemoServer } from './apps/demo-server.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { freePort, startMariadb, type TestServer } from './testing/database-servers.ts';
import { Tsh, tshPath } from './testing/tsh.ts';
import { makeUser } from './users.ts';

const labels = { env: 'test' };

/** Databases and applications as a foreign client reaches them (client-calls.md 3). */
describe.skipIf(!tshPath)('tsh', () => {
  const user = makeUser('alice', ['developer']);
  let mariadb: TestServer;
  let web: DemoServer;
  let echo: DemoServer;
  let cluster: Cluster;
  let tsh: Tsh;

  beforeAll(async () => {
    [mariadb, web, echo] = await Promise.all([
      startMariadb({ users: [{ name: 'lab', password: 'p' }] }),
      startDemoHttpApp(),
      startDemoEchoApp(),
    ]);
    cluster = await createCluster({
      name: 'tsh.porthole',
      users: [user],
      roles: [
        {
          name: 'developer',
          logins: ['dev'],
          serverLabels: { '*': ['*'] },
          databaseUsers: ['lab'],
          databaseNames: ['*'],
        },
      ],
      databases: [
        {
          name: 'cities',
          protocol: 'postgres',
          labels,
          target: { kind: 'embedded', setup: "CREATE TABLE t (n text); INSERT INTO t VALUES ('Turin');" },
        },
        {
          name: 'maria',
          protocol: 'mysql',
          labels,
          target: { kind: 'server', host: mariadb.host, port: mariadb.port, passwordOf: () => 'p' },
        },
      ],
      apps: [
        { name: 'web', uri: `http://127.0.0.1:${web.port}`, labels },
        { name: 'echo', uri: `tcp://127.0.0.1:${echo.port}`, labels },
      ],
    });
    tsh = new Tsh(cluster);
    const { code, output } = await tsh.login('alice', user.password);
    if (code !== 0) throw new Error(output);
  });
  afterAll(async () => {
    await tsh?.dispose();
    await cluster?.stop();
    await Promise.all([mariadb, web, echo].map((server) => server?.stop()));
  });

  it('lists databases with the users that the roles allow', async () => {
    const { output, code } = await tsh.run('db', 'ls');
    expect(output).toMatch(/cities\s+\[lab\]\s+env=test/);
    expect(output).toMatch(/maria\s+\[lab\]/);
    expect(code).toBe(0);
    expect((await tsh.run('db', 'ls', '-f', 'json')).output).toContain('"protocol": "postgres"');
  });

  it('gives psql and mariadb a port', async () => {
    const [postgres, mysql] = [await freePort(), await freePort()];
    await tsh.startProxy('db', '--tunnel', `--port=${postgres}`, '--db-user=lab', '--db-name=lab', 'cities');
    const where = ['-h', '127.0.0.1', '-p', String(postgres), '-U', 'lab', '-d', 'lab'];
    const rows = await tsh.runProgram('psql', '-X', '-A', '-t', ...where, '-c', 'SELECT n FROM t');
    expect(rows).toEqual({ code: 0, output: 'Turin\n' });
    await tsh.startProxy('db', '--tunnel', `--port=${mysql}`, '--db-user=lab', '--db-name=mysql', 'maria');
    const from = ['-h', '127.0.0.1', '--protocol', 'TCP', '-P', String(mysql), '--skip-ssl', '-u', 'lab'];
    const count = await tsh.runProgram('mariadb', '--no-defaults', '-N', ...from, '-e', 'SELECT 40 + 2');
    expect(count).toEqual({ code: 0, output: '42\n' });
  });

  it('keeps a certificate for a database, and connects psql with it', async () => {
    const login = await tsh.run('db', 'login', '--db-user=lab', '--db-name=lab', 'cities');
    expect(login.output).toContain('Connection information for database "cities" has been saved');
    const { output } = await tsh.converse(
      ['db', 'connect', 'cities'],
      [
        [/=[>#] $/, () => 'SELECT n || 1 FROM t;\r'],
        [/=[>#] $/, () => '\\q\r'],
      ],
    );
    expect(output).toContain('Turin1');
  });

  it('does not know a database that is not there', async () => {
    const { output, code } = await tsh.run('db', 'login', '--db-user=lab', '--db-name=x', 'nowhere');
    expect(output).toContain('database "nowhere" not found');
    expect(code).not.toBe(0);
  });

  it('lists applications, and keeps a certificate for one', async () => {
    const { output } = await tsh.run('apps', 'ls');
    expect(output).toMatch(/echo\s+TCP\s+echo\.localhost/);
    expect(output).toMatch(/web\s+HTTP\s+web\.localhost/);
    expect((await tsh.run('apps', 'login', 'web')).output).toContain('Logged into app web');
    expect((await tsh.run('apps', 'login', 'echo')).output).toContain('Logged into TCP app echo');
  });

  it('gives curl and a TCP client a port', async () => {
    const [http, tcp] = [await freePort(), await freePort()];
    await tsh.startProxy('app', `--port=${http}`, 'web');
    const answer = await tsh.runProgram('curl', '-sS', `http://127.0.0.1:${http}/echo`);
    expect(answer.output).toContain('"Teleport-Jwt-Assertion"'.toLowerCase());
    await tsh.startProxy('app', `--port=${tcp}`, 'echo');
    const socket = connect(tcp, '127.0.0.1');
    socket.write('through tsh');
    expect(String((await once(socket, 'data'))[0])).toBe('through tsh');
    socket.destroy();
  });
});
