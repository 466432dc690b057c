/** Page views, counted behind a cache: a database that is away, a process that is killed. On Redis with FOREBAY_REDIS_URL. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createCache, memoryBackend, writeBehind } from '@forebay/core'
import { redisBackendFromEnv } from '@forebay/redis'

const backend = redisBackendFromEnv(process.env) ?? memoryBackend()
/** @type {import('@forebay/core').DataCache<number>} */
const views = createCache({ namespace: 'views', ttl: '10m', backend })

/** What reached the database. */
const rows = new Map()
let batches = 0
let isAway = false

const buffer = writeBehind(views, {
  interval: '200ms',
  lease: '1s',
  retryDelay: '50ms',
  flush(entries) {
    if (isAway) throw new Error('the database is away')
    batches++
    for (const [page, count] of entries) rows.set(page, count)
  },
  onDeadLetter: (entries, error) => console.error(`given up: ${entries.length} pages: ${error.message}`),
  // Said by this example itself.
  logger: { warn() {}, error() {} },
})

// An app does this, and closes its server first.
process.once('SIGTERM', () => void end())

async function end() {
  await buffer.close()
  await views.close()
  await backend.close()
}

if (process.argv.includes('--crash')) {
  for (let count = 1; count <= 10; count++) await buffer.write('/crashed', count)
  process.kill(process.pid, 'SIGKILL')
}

console.log(`on ${backend.kind}`)
for (let count = 1; count <= 1_000; count++) await buffer.write(`/page/${count % 5}`, count)
console.log(
  `1000 writes accepted; the cache says ${await views.get('/page/0')}, the database ${rows.get('/page/0')}`,
)
await buffer.flush()
console.log(`flushed in ${batches} batches; the database says ${rows.get('/page/0')}`)

isAway = true
await buffer.write('/page/0', 2_000)
await wait(300)
console.log(
  `the database is away; the cache says ${await views.get('/page/0')}, the database ${rows.get('/page/0')}`,
)
isAway = false
await buffer.flush()
console.log(`it is back, and says ${rows.get('/page/0')}`)

if (backend.journal !== undefined) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--crash'], { stdio: 'inherit' })
  await once(child, 'exit')
  await buffer.flush()
  console.log(`a process was killed after 10 writes; the database says ${rows.get('/crashed')}`)
} else {
  console.log('in memory, what waits ends with the process; on Redis another process flushes it')
}
await end()
