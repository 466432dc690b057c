/** A Redis for the benchmark: the one that `FOREBAY_REDIS_URL` names, else one of its own on loopback. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'

export interface BenchRedis {
  readonly url: string
  stop(): Promise<void>
}

/** Undefined where there is no server to be had. */
export async function startRedis(): Promise<BenchRedis | undefined> {
  const given = process.env['FOREBAY_REDIS_URL']
  if (given !== undefined && given !== '') return { url: given, stop: async () => undefined }
  const programs = [process.env['REDIS_SERVER_BIN'], 'redis-server', 'valkey-server']
  for (const program of programs) {
    const server = program ? await started(program) : undefined
    if (server !== undefined) return server
  }
  return undefined
}

async function started(program: string): Promise<BenchRedis | undefined> {
  const port = await freePort()
  const words = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const child = spawn(program, words, { stdio: 'ignore' })
  const ended = Promise.race([once(child, 'exit'), once(child, 'error')]).catch(() => undefined)
  const stop = async (): Promise<void> => {
    child.kill()
    await ended
  }
  const url = `redis://127.0.0.1:${port}`
  const isUp = await Promise.race([ended.then(() => false), answers(url)])
  if (isUp) return { url, stop }
  await stop()
  return undefined
}

async function answers(url: string): Promise<boolean> {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => undefined)
  try {
    return await Promise.race([client.ping().then(() => true), sleep(5_000, false)])
  } finally {
    client.disconnect()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
