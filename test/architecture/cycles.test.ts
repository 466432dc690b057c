/** No file imports itself by a detour, types included. */
import { expect, it } from 'vitest'
import { sourceFiles } from './source-files.ts'

const graph = new Map(
  sourceFiles().map((file) => [
    file.path,
    file.imports.flatMap(({ path }) => (path === undefined ? [] : [path])),
  ]),
)

/** The first cycle reachable from `path`, as the files on it. */
function cycleFrom(
  path: string,
  trail: readonly string[],
  cleared: Set<string>,
): readonly string[] | undefined {
  if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path]
  if (cleared.has(path)) return undefined
  for (const next of graph.get(path) ?? []) {
    const cycle = cycleFrom(next, [...trail, path], cleared)
    if (cycle !== undefined) return cycle
  }
  cleared.add(path)
  return undefined
}

it('has no import cycle', () => {
  const cleared = new Set<string>()
  const cycles = [...graph.keys()].flatMap((path) => cycleFrom(path, [], cleared) ?? [])
  expect(cycles).toEqual([])
})

it('imports only files that exist', () => {
  const missing = [...graph].flatMap(([path, imports]) =>
    imports.filter((imported) => !graph.has(imported)).map((imported) => `${path} imports ${imported}`),
  )
  expect(missing).toEqual([])
})
