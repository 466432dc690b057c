/** Real processes with an app each, on one folder and without Redis: one run of the handler, one purge for all of them. */
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'
import { startFleetProcess, type Asked, type FleetProcess } from '../redis/fleet-processes.ts'
import { until } from '../redis/until.ts'
import { testFolder, type TestFolder } from './disk-nodes.ts'

let folder: TestFolder
let fleet: FleetProcess[]

beforeAll(buildPackages, 120_000)

beforeEach(async () => {
  folder = testFolder()
  const options = { url: folder.path, handlerMs: 300, lease: '2s' }
  fleet = await Promise.all([
    startFleetProcess(options),
    startFleetProcess(options),
    startFleetProcess({ ...options, isTiered: true }),
    startFleetProcess({ ...options, isTiered: true }),
  ])
})

afterEach(async () => {
  await Promise.all(fleet.map((node) => node.stop()))
  folder.remove()
})

const runsOf = (path: string): number => fleet.reduce((sum, node) => sum + node.runs(path), 0)

function askAll(path: string, nodes: readonly FleetProcess[] = fleet): Promise<Asked[]> {
  const at = Date.now() + 100
  return Promise.all(nodes.map((node) => node.ask(path, 25, at)))
}

it('makes what 4 processes are asked for at once by one run, which answers everybody', async () => {
  for (const path of ['/cold/1', '/cold/2']) {
    const answers = await askAll(path)
    expect(answers.map(({ failures }) => failures)).toEqual([0, 0, 0, 0])
    expect(new Set(answers.flatMap(({ bodies }) => bodies)).size).toBe(1)
    expect(runsOf(path)).toBe(1)
    const served = await Promise.all(fleet.map((node) => node.served()))
    const longest = Math.max(...served.flatMap(({ times }) => times))
    process.stdout.write(
      `stampede ${path} on disk: 4 processes × 25, handler 300 ms: longest ${longest.toFixed(0)} ms\n`,
    )
  }
})

it('serves in one process what another one stored, until any of them purges it', async () => {
  const [first, second, third, fourth] = fleet as [FleetProcess, FleetProcess, FleetProcess, FleetProcess]
  await askAll('/shared', [first])
  const [before] = await askAll('/shared')
  expect(runsOf('/shared')).toBe(1)
  await fourth.purge('/shared')
  const purgedAt = performance.now()
  const [after] = await askAll('/shared', [second])
  expect(runsOf('/shared')).toBe(2)
  expect(after?.bodies).not.toEqual(before?.bodies)
  // That one has a copy in its memory, until it hears of the purge.
  await until('the purge to be heard', async () => {
    const [answer] = await askAll('/shared', [third])
    return answer?.bodies.join() === after?.bodies.join()
  })
  process.stdout.write(
    `purged, and asked again everywhere, in ${(performance.now() - purgedAt).toFixed(0)} ms\n`,
  )
  expect(runsOf('/shared')).toBe(2)
})

it('goes on by itself when the process that holds the lease is killed', async () => {
  const at = Date.now() + 100
  const asked = fleet.map((node) => ({ node, answers: node.ask('/long/killed', 10, at) }))
  for (const { answers } of asked) answers.catch(() => undefined)
  await until('a run', () => runsOf('/long/killed') === 1)
  const holder = fleet.find((node) => node.runs('/long/killed') === 1)
  holder?.kill()
  const others = asked.filter(({ node }) => node !== holder)
  const answers = await Promise.all(others.map((one) => one.answers))
  expect(answers.map(({ failures }) => failures)).toEqual([0, 0, 0])
  expect(runsOf('/long/killed')).toBeLessThanOrEqual(2)
})
