/** The source files of all packages, and what each of them imports. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface SourceFile {
  /** From the project root: `packages/core/src/kit/duration.ts`. */
  readonly path: string
  /** `core`. */
  readonly package: string
  /** The folder below `src`, empty for files in `src` itself: `kit`, `rate-limit`. */
  readonly folder: string
  readonly text: string
  readonly imports: readonly Import[]
}

export interface Import {
  /** As written. */
  readonly specifier: string
  /** The file it names, from the project root, when it is relative. */
  readonly path: string | undefined
  readonly typeOnly: boolean
}

const root = fileURLToPath(new URL('../../', import.meta.url))

export function packageNames(): string[] {
  return readdirSync(join(root, 'packages'))
}

export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export function manifestOf(packageName: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'packages', packageName, 'package.json'), 'utf8')) as Manifest
}

export function sourceFiles(): SourceFile[] {
  return packageNames().flatMap((name) => {
    const source = join(root, 'packages', name, 'src')
    return readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => sourceFile(name, join(source, file), file))
  })
}

function sourceFile(packageName: string, path: string, belowSource: string): SourceFile {
  const text = readFileSync(path, 'utf8')
  const [folder, ...rest] = belowSource.split('/')
  return {
    path: relative(root, path),
    package: packageName,
    folder: rest.length > 0 ? (folder ?? '') : '',
    text,
    imports: importsOf(text, path),
  }
}

/** `import … from`, `export … from`, side-effect and dynamic imports, import types. */
const importForms = [
  /^(?<kind>import|export)\s+(?<type>type\s)?[^'";]*?\sfrom\s+'(?<specifier>[^']+)'/gm,
  /^import\s+'(?<specifier>[^']+)'/gm,
  /\bimport\(\s*'(?<specifier>[^']+)'\s*\)/g,
]

function importsOf(text: string, path: string): Import[] {
  return importForms.flatMap((form) =>
    [...text.matchAll(form)].map(({ groups }) => {
      const specifier = groups?.['specifier'] ?? ''
      return {
        specifier,
        path: specifier.startsWith('.') ? relative(root, join(dirname(path), specifier)) : undefined,
        typeOnly: groups?.['type'] !== undefined,
      }
    }),
  )
}
