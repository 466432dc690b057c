/** A package imports another only by its entry, and nothing that it does not declare. */
import { describe, expect, it } from 'vitest'
import { manifestOf, packageNames, sourceFiles } from './source-files.ts'

/** `@scope/name/deep` → `@scope/name`. */
const packageOf = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier

describe.each(packageNames())('@forebay/%s', (name) => {
  const files = sourceFiles().filter((file) => file.package === name)
  const { dependencies, peerDependencies } = manifestOf(name)
  const declared = new Set([...Object.keys(dependencies ?? {}), ...Object.keys(peerDependencies ?? {})])

  it('stays within its own source', () => {
    const leaving = files.flatMap((file) =>
      file.imports
        .filter(({ path }) => path !== undefined && !path.startsWith(`packages/${name}/src/`))
        .map(({ specifier }) => `${file.path} imports ${specifier}`),
    )
    expect(leaving).toEqual([])
  })

  it('imports only what it declares, and other forebay packages by their entry', () => {
    const undeclared = files.flatMap((file) =>
      file.imports
        .filter(({ path, specifier }) => path === undefined && !specifier.startsWith('node:'))
        .filter(({ specifier }) => !declared.has(packageOf(specifier)) || /^@forebay\/.+\//.test(specifier))
        .map(({ specifier }) => `${file.path} imports ${specifier}`),
    )
    expect(undeclared).toEqual([])
  })
})
