/**
 * Real processes on a real Redis: one run of the handler per fleet. Small, so that the whole stays short; the full bar, 8
 * processes with 200 requests each, is `FOREBAY_FLEET=8x200 npx vitest run test/redis/fleet-stampede.test.ts`, which also
 * tells how long all of it took, and how long the same takes without a cache; `FOREBAY_FLEET_ADAPTER=fastify` on Fastify.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'
import { startFleetLoad, type FleetLoad, type Loaded } from './fleet-load.ts'
import { startFleetProcess, type FleetProcess } from './fleet-processes.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { until } from './until.ts'

const { FOREBAY_FLEET: full, FOREBAY_FLEET_ADAPTER: adapterName } = process.env
const [size = 3, each = 50] = (full ?? '3x50').split('x').map(Number)
const adapter = adapterName === 'fastify' ? 'fastify' : 'express'
const handlerMs = 300
/** In the full size, those whose code is warm. */
const warmRounds = full === undefined ? 1 : 5

let redis: RedisNode
let fleet: FleetProcess[]
let load: FleetLoad

beforeAll(buildPackages, 120_000)

// Of its own for every test: one that fails may leave its processes in any state.
beforeEach(async () => {
  redis = await startRedisNode()
  const options = { url: `redis://127.0.0.1:${redis.port}`, handlerMs, lease: '2s', adapter } as const
  fleet = await Promise.all(Array.from({ length: size }, () => startFleetProcess(options)))
  load = startFleetLoad(each)
})

afterEach(async () => {
  load.stop()
  await Promise.all(fleet.map((node) => node.stop()))
  await redis.stop()
})

const runsOf = (path: string): number => fleet.reduce((sum, node) => sum + node.runs(path), 0)

const askAll = (path: string, nodes: readonly FleetProcess[] = fleet): Promise<Loaded[]> =>
  load.ask(path, nodes)

function expectAnswered(answers: readonly Loaded[]): void {
  expect(answers.map(({ failures }) => failures)).toEqual(answers.map(() => 0))
}

function quantiles(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other)
  const at = (share: number): string => (sorted[Math.ceil(sorted.length * share) - 1] ?? 0).toFixed(0)
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)} ms`
}

/** Asks everybody at once, and in the full size tells how long that took: for the clients, and within the processes. */
async function measured(what: string, path: string): Promise<Loaded[]> {
  if (full === undefined) return await askAll(path)
  const before = await Promise.all(fleet.map((node) => node.served()))
  const answers = await askAll(path)
  await wait(100)
  const after = await Promise.all(fleet.map((node) => node.served()))
  const cpuMs = after.map((one, index) => one.cpuMs - (before[index]?.cpuMs ?? 0))
  const clients = quantiles(answers.flatMap(({ times }) => times))
  const servers = quantiles(after.flatMap(({ times }) => times))
  const used = cpuMs.map((ms) => ms.toFixed(0)).join(' ')
  process.stdout.write(
    `${what}, ${adapter}, ${size} × ${each}, handler ${handlerMs} ms: ${clients}; within the processes: ${servers}; CPU of each: ${used} ms\n`,
  )
  return answers
}

it('one cold key asked for everywhere at once is made by one run, and answers everybody', async () => {
  // First in processes that have not served anything yet.
  for (let round = 0; round <= warmRounds; round++) {
    const path = `/cold/${round}`
    const answers = await measured(round === 0 ? 'stampede, processes new' : 'stampede', path)
    expectAnswered(answers)
    expect(runsOf(path)).toBe(1)
    expect(new Set(answers.flatMap(({ bodies }) => bodies)).size).toBe(1)
    const all = answers.reduce((sum, { times }) => sum + times.length, 0)
    expect(answers.reduce((sum, { collapsed }) => sum + collapsed, 0)).toBe(all - 1)
    if (full !== undefined) expectAnswered(await measured('without a cache', `/bare/${round}`))
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
  const asked = askAll('/long/killed')
  await until('a run', () => runsOf('/long/killed') === 1)
  const killed = fleet.findIndex((node) => node.runs('/long/killed') === 1)
  await wait(handlerMs / 3)
  fleet[killed]?.kill()
  const answers = (await asked).filter((_, index) => index !== killed)
  expectAnswered(answers)
  expect(runsOf('/long/killed')).toBeLessThanOrEqual(2)
  if (full === undefined) return
  const times = answers.flatMap((one) => one.times)
  process.stdout.write(
    `holder of a lease of 2 s killed, handler ${handlerMs + 1_000} ms: ${quantiles(times)}\n`,
  )
})
