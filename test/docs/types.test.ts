/** Every code block of the docs has the types of the packages as they are. */
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { scratchFolder } from '../scratch-folder.ts'
import { guideBlocks, pageBlocks, readmeBlocks, root, type CodeBlock } from './code-blocks.ts'

const settings = {
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    noEmit: true,
    composite: false,
    declaration: false,
    declarationMap: false,
    isolatedDeclarations: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    customConditions: ['@forebay/source'],
  },
  include: ['*.ts'],
}

/** Parameters without a type, and members of what Fastify calls unknown: plain JavaScript may leave these open. */
const leftUntyped = /_js\.ts\(.*error TS(?:7006|18046):/

it('type-checks every code block', { timeout: 60_000 }, () => {
  const folder = scratchFolder('docs')
  try {
    const blocks = [...readmeBlocks(), ...pageBlocks(), ...guideBlocks().map(completed)]
    expect(blocks.length).toBeGreaterThan(5)
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
    for (const { name, language, code } of blocks) {
      writeFileSync(join(folder, `${name.replaceAll(/[^\w-]/g, '_')}_${language}.ts`), code)
    }
    const { stdout } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false'],
      {
        encoding: 'utf8',
      },
    )
    expect(stdout.split('\n').filter((line) => !leftUntyped.test(line))).toEqual([''])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

/** With what surrounds a fragment declared, and a module even where it imports nothing. */
function completed({ name, language, code, given }: ReturnType<typeof guideBlocks>[number]): CodeBlock {
  const declared = Object.entries(given).map(([word, { type }]) => `declare const ${word}: ${type}\n`)
  return { name, language, code: `${code}\nexport {}\n${declared.join('')}` }
}
