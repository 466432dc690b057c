/** The demo: one shop on three frameworks, real traffic, and what it was spared. `--once` ends it after the tables. */
import { backendsFrom } from './backends.ts'
import type { RedisBackend } from '@forebay/redis'
import { startExpressShop } from './express-shop.ts'
import { startFastifyShop } from './fastify-shop.ts'
import { startKoaShop } from './koa-shop.ts'
import { showProgress } from './progress.ts'
import { printExamples, printTable, type Result } from './report.ts'
import type { RunningShop, StartShop } from './running-shop.ts'
import { Tally } from './tally.ts'
import { drive } from './traffic.ts'

const once = process.argv.includes('--once')

async function main(): Promise<void> {
  const starters: readonly (readonly [StartShop, number])[] = [
    [startExpressShop, 4001],
    [startFastifyShop, 4002],
    [startKoaShop, 4003],
  ]
  const backends = backendsFrom(process.env, starters.length)
  const close = async (): Promise<void> => {
    await Promise.all(shops.map((shop) => shop.close()))
    await Promise.all(backends.map(async (backend) => backend?.close()))
  }
  const shops = await Promise.all(
    starters.map(([start, port], index) => startAnywhere(start, once ? 0 : port, backends[index])),
  )
  const health = await backends[0]?.health()
  const place = health === undefined ? 'in memory' : health.ok ? 'in Redis' : `in Redis (${health.detail})`
  console.log(`One shop, three frameworks, each behind rateLimit and responseCache, ${place}:`)
  for (const { framework, port } of shops) console.log(`  ${framework.padEnd(8)} http://127.0.0.1:${port}`)
  console.log(
    '\nDriving traffic: a slow report opened by 30 readers at once, a skewed mix, a burst, a guessed login.',
  )

  const results: readonly Result[] = shops.map((shop) => ({ shop, tally: new Tally() }))
  const done = showProgress(results)
  try {
    await Promise.all(results.map(({ shop, tally }) => drive(shop.port, tally)))
  } finally {
    done()
  }
  printTable(results)
  printExamples(results)

  const broken = results.some(({ tally }) => tally.failed > 0)
  if (broken) console.error('\nSome requests were answered with 5xx: that is a bug.')
  if (once || broken) {
    await close()
    process.exitCode = broken ? 1 : 0
  } else {
    serveOn(shops, close)
  }
}

/** On the usual port, or on any free one when that is taken. */
async function startAnywhere(
  start: StartShop,
  port: number,
  backend: RedisBackend | undefined,
): Promise<RunningShop> {
  try {
    return await start(port, backend)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return start(0, backend)
  }
}

function serveOn(shops: readonly RunningShop[], close: () => Promise<void>): void {
  const at = `http://127.0.0.1:${shops[0]?.port}`
  console.log(`
Still serving. Try, here or on the other two ports:
  curl -i ${at}/products/7                 # twice: a miss, then a hit with its Age
  curl -i -X PUT -H 'content-type: application/json' -d '{"name":"new lamp"}' ${at}/products/7
  curl -i ${at}/products/7                 # the update has invalidated it: a miss again
  curl -i -H 'if-modified-since: Sat, 01 Jan 2028 00:00:00 GMT' ${at}/products
  for i in 1 2 3 4 5 6; do curl -s -o /dev/null -w '%{http_code}\\n' -X POST ${at}/login; done
Ctrl-C ends it.`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void close()
    })
  }
}

await main()
