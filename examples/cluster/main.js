/**
 * Node's `cluster` on one port and one folder, or with FOREBAY_REDIS_URL on Redis: one run of a handler, one quota, one purge.
 * Ends by itself.
 */
import cluster from 'node:cluster'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from './server.js'

if (cluster.isPrimary) {
  const path = await mkdtemp(join(tmpdir(), 'forebay-cluster-'))
  try {
    await askWorkers(path)
  } finally {
    await rm(path, { recursive: true })
  }
} else await serve(process.env.CACHE_PATH)

async function askWorkers(path) {
  let runs = 0
  // What an earlier run has left in Redis is not counted.
  const { FOREBAY_PREFIX = `cluster-${Date.now()}:` } = process.env
  const workers = Array.from({ length: 4 }, () => cluster.fork({ CACHE_PATH: path, FOREBAY_PREFIX }))
  for (const worker of workers) worker.on('message', () => runs++)
  const listening = await Promise.all(workers.map((worker) => once(worker, 'listening')))
  const url = `http://127.0.0.1:${listening[0][0].port}`
  // A connection for each request, so that the workers take turns.
  const get = (page) => fetch(url + page, { headers: { connection: 'close' } })
  const many = (times, page) => Promise.all(Array.from({ length: times }, () => get(page)))

  const reports = await Promise.all((await many(100, '/report')).map((response) => response.json()))
  const made = new Set(reports.map((report) => report.made)).size
  console.log(`Stampede: 100 requests on ${workers.length} processes, ${runs} handler run, ${made} report`)

  await fetch(`${url}/report`, { method: 'DELETE' })
  const after = await Promise.all((await many(20, '/report')).map((response) => response.json()))
  console.log(
    `Purge: ${after.some((report) => report.made === reports[0].made) ? 'an old' : 'a new'} report everywhere`,
  )

  const statuses = (await many(60, '/limited')).map((response) => response.status)
  console.log(`Limit of 25: ${statuses.filter((status) => status === 200).length} of 60 requests admitted`)

  for (const worker of workers) worker.disconnect()
  await Promise.all(workers.map((worker) => once(worker, 'exit')))
}
