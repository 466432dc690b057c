/**
 * Real processes on a real Redis: one run of the handler per fleet. Small, so that the whole stays short; the full bar, 8
 * processes with 200 requests each, is `FOREBAY_FLEET=8x200 npx vitest run test/redis/fleet-stampede.test.ts`.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'
import { startFleetProcess, type Asked, type FleetProcess } from './fleet-processes.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { until } from './until.ts'

const [size = 3, each = 50] = (process.env['FOREBAY_FLEET'] ?? '3x50').split('x').map(Number)
const handlerMs = 300

let redis: RedisNode
let fleet: FleetProcess[]

beforeAll(async () => {
  await buildPackages()
  redis = await startRedisNode()
  const options = { url: `redis://127.0.0.1:${redis.port}`, handlerMs, lease: '2s' }
  fleet = await Promise.all(Array.from({ length: size }, () => startFleetProcess(options)))
  // Connections stand, and the code is warm.
  await Promise.all(fleet.map((node) => node.ask(`/warm/${node.pid}`, each, Date.now())))
  await Promise.all(fleet.map((node) => node.ask('/warm', each, Date.now())))
}, 120_000)

afterAll(async () => {
  await Promise.all(fleet.map((node) => node.stop()))
  await redis.stop()
})

const runsOf = (path: string): number => fleet.reduce((sum, node) => sum + node.runs(path), 0)

function askAll(path: string, nodes: readonly FleetProcess[] = fleet): Promise<Asked[]> {
  const at = Date.now() + 100
  return Promise.all(nodes.map((node) => node.ask(path, each, at)))
}

function expectAnswered(answers: readonly Asked[]): void {
  expect(answers.map(({ failures }) => failures)).toEqual(answers.map(() => 0))
}

function tellTimes(what: string, answers: readonly Asked[]): void {
  const times = answers.flatMap((one) => one.times).toSorted((one, other) => one - other)
  const at = (share: number): string => (times[Math.ceil(times.length * share) - 1] ?? 0).toFixed(0)
  const told = `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`
  process.stdout.write(`${what}: ${size} processes × ${each}, handler ${handlerMs} ms: ${told}\n`)
}

it('one cold key asked for everywhere at once is made by one run, and answers everybody', async () => {
  for (const path of ['/cold/1', '/cold/2', '/cold/3']) {
    const answers = await askAll(path)
    expectAnswered(answers)
    expect(runsOf(path)).toBe(1)
    expect(new Set(answers.flatMap(({ bodies }) => bodies)).size).toBe(1)
    tellTimes(`stampede ${path}`, answers)
  }
})

it('a purge while the handler runs is followed by one more run, whose result everybody gets', async () => {
  const asked = askAll('/long/purged')
  await until('a run', () => runsOf('/long/purged') === 1)
  await fleet.find((node) => node.runs('/long/purged') === 0)?.purge('/long/purged')
  const answers = await asked
  expectAnswered(answers)
  expect(runsOf('/long/purged')).toBe(2)
})

it('a holder that stands still is passed by, and cannot overwrite what was made since', async () => {
  const asked = askAll('/long/paused')
  await until('a run', () => runsOf('/long/paused') === 1)
  const holder = fleet.find((node) => node.runs('/long/paused') === 1)
  const others = fleet.filter((node) => node !== holder)
  holder?.pause()
  await until('another run', () => runsOf('/long/paused') === 2)
  const heir = others.find((node) => node.runs('/long/paused') === 1)
  await wait(1_000 + handlerMs + 200)
  holder?.resume()
  expectAnswered(await asked)
  expect(runsOf('/long/paused')).toBe(2)
  const [after] = await askAll('/long/paused', others.slice(0, 1))
  expect(after?.bodies).toEqual([JSON.stringify({ madeBy: heir?.pid })])
})

it('a holder that is killed costs at most one more run, and no request of the others', async () => {
  const at = Date.now() + 100
  const asked = fleet.map((node) => ({ node, answers: node.ask('/long/killed', each, at) }))
  for (const { answers } of asked) answers.catch(() => undefined)
  await until('a run', () => runsOf('/long/killed') === 1)
  const holder = fleet.find((node) => node.runs('/long/killed') === 1)
  await wait(handlerMs / 3)
  holder?.kill()
  const answers = await Promise.all(asked.filter(({ node }) => node !== holder).map((one) => one.answers))
  expectAnswered(answers)
  expect(runsOf('/long/killed')).toBeLessThanOrEqual(2)
  tellTimes('holder killed, lease 2 s', answers)
})
