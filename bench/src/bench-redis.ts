/** A Redis for the benchmark: the one that `FOREBAY_REDIS_URL` names, else one of its own on loopback. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort } from './free-port.ts'
import { keepProgram } from './kept-program.ts'

export interface BenchRedis {
  readonly url: string
  stop(): Promise<void>
}

/** The first of them that starts is taken. */
export function redisPrograms(): readonly string[] {
  return [process.env['REDIS_SERVER_BIN'] ?? '', 'redis-server', 'valkey-server'].filter(Boolean)
}

/** Undefined where there is no server to be had. */
export async function startRedis(): Promise<BenchRedis | undefined> {
  const given = process.env['FOREBAY_REDIS_URL']
  if (given !== undefined && given !== '') return { url: given, stop: async () => undefined }
  for (const program of redisPrograms()) {
    const server = await started(program)
    if (server !== undefined) return server
  }
  return undefined
}

async function started(program: string): Promise<BenchRedis | undefined> {
  const port = await freePort()
  const words = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const { ended, stop } = keepProgram(program, words)
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
