/** How a process with write-behind ends: by itself, and after SIGTERM with everything flushed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

beforeAll(buildPackages, 120_000)

/** What the program printed before it ended, and how it ended. Given `signal`, it is sent when the first line was printed. */
async function run(
  program: string,
  signal?: NodeJS.Signals,
): Promise<{ lines: string[]; code: number | null }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (text) => {
    if (output === '' && signal !== undefined) child.kill(signal)
    output += String(text)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { lines: output.trimEnd().split('\n'), code }
}

const begin = `
  const { createCache, writeBehind } = await import('@forebay/core')
  const logger = { warn() {}, error() {} }
  const cache = createCache({ namespace: 'n' })
`

it('ends by itself when nobody closes it: nothing of ours keeps it alive', async () => {
  const { lines, code } = await run(`${begin}
    const buffer = writeBehind(cache, { flush: () => console.log('flushed'), interval: '1h', logger })
    await buffer.write('a', 1)
    console.log('written')
  `)
  expect({ lines, code }).toEqual({ lines: ['written'], code: 0 })
})

it('flushes what waits when SIGTERM closes it, though the source refuses it at first', async () => {
  const { lines, code } = await run(
    `${begin}
    let failures = 3
    const buffer = writeBehind(cache, {
      flush(entries) {
        if (failures-- > 0) throw new Error('away')
        console.log(JSON.stringify(entries))
      },
      interval: '1h',
      retryDelay: 50,
      logger,
    })
    await buffer.write('a', 1)
    await buffer.write('b', 2)
    const busy = setInterval(() => {}, 1_000)
    process.once('SIGTERM', async () => {
      clearInterval(busy)
      await buffer.close()
      await cache.close()
      console.log('closed')
    })
    console.log('ready')
  `,
    'SIGTERM',
  )
  expect({ lines, code }).toEqual({ lines: ['ready', '[["a",1],["b",2]]', 'closed'], code: 0 })
})

it('lives on whatever a flush does, also after it was given up', async () => {
  const { lines, code } = await run(`${begin}
    import { setTimeout as wait } from 'node:timers/promises'
    const ways = [
      () => { throw null },
      () => Promise.reject(),
      () => ({ then() { throw new Error('a thenable that throws') } }),
      () => wait(60).then(() => { throw new Error('late') }),
      (entries) => { entries.push('nonsense'); return Symbol('nonsense') },
    ]
    const buffer = writeBehind(cache, {
      flush: (entries) => (ways.shift() ?? (() => console.log('flushed')))(entries),
      onDeadLetter() { throw new Error('no') },
      retries: 0,
      flushTimeout: 20,
      retryDelay: 10,
      logger,
    })
    await buffer.write('a', 1)
    while (ways.length > 0) await buffer.flush().catch(() => wait(20))
    await buffer.write('b', 2)
    await wait(60)
    await buffer.close()
    console.log(JSON.stringify(buffer.stats()))
  `)
  expect(lines).toEqual(['flushed', '{"pending":0,"flushed":2,"deadLettered":0,"failures":0}'])
  expect(code).toBe(0)
})
