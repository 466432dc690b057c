/** An nginx of our own on loopback, which caches what a server answers: with a configuration as a good administrator's. */
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { keepProgram, versionOf } from './kept-program.ts'

export interface Nginx {
  readonly port: number
  /** CPU time of its worker so far. */
  cpuMicroseconds(): number
  stop(): Promise<void>
}

/** Rejects with the reason where there is none to be had. */
export async function startNginx(upstreamPort: number): Promise<Nginx> {
  if (process.platform !== 'linux') throw new Error('the CPU time of nginx is read from /proc, on Linux')
  const program = nginxProgram()
  if ((await versionOf(program, '-v')) === undefined) throw new Error('no nginx found: name one in NGINX_BIN')
  const folder = await mkdtemp(join(tmpdir(), 'forebay-bench-nginx-'))
  const port = await freePort()
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, upstreamPort))
  const { ended, stop } = keepProgram(program, ['-p', folder, '-c', join(folder, 'nginx.conf')])
  const end = async (): Promise<void> => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  }
  const worker = await Promise.race([ended.then(() => undefined), workingOn(port, join(folder, 'nginx.pid'))])
  if (worker !== undefined) return { port, cpuMicroseconds: () => cpuOf(worker), stop: end }
  const log = await readFile(join(folder, 'error.log'), 'utf8').catch(() => '')
  await end()
  throw new Error(`nginx does not start here: ${log.split('\n', 1)[0]}`)
}

export function nginxProgram(): string {
  return process.env['NGINX_BIN'] || 'nginx'
}

function configuration(folder: string, port: number, upstreamPort: number): string {
  // Started by root, its worker would otherwise be someone who may not look into the folder.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const folders = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')
  return `
daemon off; ${user} worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; keepalive_timeout 120s;
  open_file_cache max=10000 inactive=1h; open_file_cache_valid 1h;
  ${folders}
  proxy_cache_path ${folder}/cache levels=1:2 keys_zone=bench:64m max_size=1g inactive=1h use_temp_path=off;
  upstream app { server 127.0.0.1:${upstreamPort}; keepalive 32; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_cache bench; proxy_cache_key $request_uri; proxy_cache_valid 200 1h; proxy_cache_lock on;
      add_header X-Cache-Status $upstream_cache_status;
    }
  }
}
`
}

/** The worker's process, as soon as somebody listens and it is there; undefined when that takes too long. */
async function workingOn(port: number, pidFile: string): Promise<number | undefined> {
  for (let left = 250; left > 0; left--) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    const worker = isOpen ? workerOf(pidFile) : undefined
    if (worker !== undefined) return worker
    await sleep(20)
  }
  return undefined
}

/** The one child that works: the others load and tend the cache's folder. */
function workerOf(pidFile: string): number | undefined {
  const master = Number(textOf(pidFile))
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).find((pid) => {
    // pid (name) state parent …
    const [, parent] = /\) \w (\d+) /.exec(textOf(`/proc/${pid}/stat`)) ?? []
    return Number(parent) === master && textOf(`/proc/${pid}/cmdline`).includes('worker')
  })
}

/** Nothing where there is no such file yet, or none any more. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Nanoseconds on a processor are the first number of `schedstat`; a worker has one thread. */
function cpuOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1_000
}
