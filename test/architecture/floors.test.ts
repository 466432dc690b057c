/** Imports go down only: the floors that ARCHITECTURE.md draws. */
import { describe, expect, it } from 'vitest'
import { sourceFiles, type SourceFile } from './source-files.ts'

/** Floor of each folder of `@forebay/core`; `index.ts` stands above all. */
const floors: Readonly<Record<string, number>> = {
  ports: 0,
  kit: 0,
  guard: 1,
  cache: 1,
  node: 1,
  'rate-limit': 2,
  engine: 2,
  memory: 3,
  tiers: 3,
  'response-cache': 3,
  'data-cache': 3,
  gate: 4,
}

const core = sourceFiles().filter((file) => file.package === 'core')

/** Imports of other folders of core, as `from -> to`. */
const across = (files: readonly SourceFile[]): { file: SourceFile; to: string; text: string }[] =>
  files.flatMap((file) =>
    file.imports.flatMap(({ path }) => {
      const to = path?.split('/')[3] ?? ''
      if (path === undefined || to === file.folder) return []
      return [{ file, to, text: `${file.path} imports ${path}` }]
    }),
  )

describe('the floors of @forebay/core', () => {
  it('has no folder without a floor, and no file outside the folders but the entry', () => {
    const strangers = core.filter((file) => !Object.hasOwn(floors, file.folder))
    expect(strangers.map((file) => file.path)).toEqual(['packages/core/src/index.ts'])
  })

  it('imports only from lower floors; from ports and kit everyone', () => {
    const upward = across(core.filter((file) => file.folder !== '')).filter(({ file, to }) => {
      if (file.folder === 'kit' || file.folder === 'ports') return true
      return to !== 'kit' && to !== 'ports' && (floors[to] ?? 9) >= (floors[file.folder] ?? 0)
    })
    expect(upward.map(({ text }) => text)).toEqual([])
  })

  it('keeps ports free of anything that runs', () => {
    const running = core.filter(
      (file) =>
        file.folder === 'ports' &&
        (file.imports.some((one) => !one.typeOnly) || /^export (?!type|interface)/m.test(file.text)),
    )
    expect(running.map((file) => file.path)).toEqual([])
  })

  it('knows node:http in node/ only', () => {
    const knowing = core.filter(
      (file) => file.folder !== 'node' && file.imports.some((one) => /^node:http2?$/.test(one.specifier)),
    )
    expect(knowing.map((file) => file.path)).toEqual([])
  })
})
