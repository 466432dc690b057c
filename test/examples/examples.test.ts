import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

let running: ChildProcess | undefined

/** Resolves with the address that the example prints. */
async function start(example: string): Promise<string> {
  const child = spawn(process.execPath, [`examples/${example}/server.js`], {
    cwd: root,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running = child
  const stopped = once(child, 'exit').then(() =>
    Promise.reject(new Error(`${example} stopped before it listened`)),
  )
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), stopped])) as [string]
  return line
}

async function postJson(url: string, method: string, value: unknown): Promise<Response> {
  return await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  })
}

// Examples import the packages as their users do, so what they run is what is built.
beforeAll(buildPackages, 120_000)

afterEach(() => {
  running?.kill('SIGKILL')
  running = undefined
})

describe.each(['express-basic', 'fastify-basic', 'koa-basic'])('examples/%s', (example) => {
  it('limits the login, caches a product, forgets it on update, and stops by itself', async () => {
    const url = await start(example)

    const attempts: number[] = []
    for (let i = 0; i < 6; i++)
      attempts.push((await postJson(`${url}/login`, 'POST', { password: 'x' })).status)
    expect(attempts).toEqual([401, 401, 401, 401, 401, 429])

    const statuses: string[] = []
    const ask = async (): Promise<unknown> => {
      const answer = await fetch(`${url}/products/42`)
      statuses.push(/; (hit|fwd)/.exec(answer.headers.get('cache-status') ?? '')?.[1] ?? 'none')
      return await answer.json()
    }
    expect(await ask()).toEqual(await ask())
    await postJson(`${url}/products/42`, 'PUT', { name: 'Lamp', price: 35 })
    expect(await ask()).toEqual({ id: '42', name: 'Lamp', price: 35 })
    expect(statuses).toEqual(['fwd', 'hit', 'fwd'])
    expect((await fetch(`${url}/nowhere`)).headers.get('x-ratelimit-limit')).toBe('100')

    running?.kill('SIGTERM')
    const [code] = (await once(running as ChildProcess, 'exit')) as [number | null]
    expect(code).toBe(0)
  })

  it('stays short', async () => {
    const source = await readFile(`${root}examples/${example}/server.js`, 'utf8')
    expect(source.split('\n').length).toBeLessThan(60)
  })
})
