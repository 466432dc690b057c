/** How each source file is made: small, opened by its idea, without a time of its own. */
import { expect, it } from 'vitest'
import { sourceFiles, type SourceFile } from './source-files.ts'

const files = sourceFiles()
const mostLines = 250

/** Paths of the files of which `question` is true. */
const those = (question: (file: SourceFile) => boolean): string[] =>
  files.filter(question).map((file) => file.path)

it(`has no file of more than ${mostLines} lines`, () => {
  expect(those((file) => file.text.trimEnd().split('\n').length > mostLines)).toEqual([])
})

it('opens every file with a docblock that names its idea', () => {
  expect(those((file) => !file.text.startsWith('/** '))).toEqual([])
})

it('takes time from a Clock', () => {
  const ownTime =
    /\bDate\.now\b|\bnew Date\(\)|\bset(?:Timeout|Interval)\((?!\))|\bperformance\.|\bhrtime\b|node:timers/
  const clocks = new Set(['packages/core/src/memory/system-clock.ts', 'packages/disk/src/machine-clock.ts'])
  const telling = those((file) => file.package !== 'testing' && ownTime.test(withoutComments(file.text)))
  expect(telling.filter((path) => !clocks.has(path))).toEqual([])
})

it('has no catch-all names', () => {
  expect(
    those((file) => /\/(utils?|helpers?|common|misc|manager|base|types)(\/|\.ts$)/.test(file.path)),
  ).toEqual([])
})

it('has no default export', () => {
  expect(those((file) => /^export default\b/m.test(file.text))).toEqual([])
})

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '')
}
