/** `npm run check:packages`: publint and attw on every published package as npm would pack it, knip on the whole tree. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * @param {string} program
 * @param {readonly string[]} words
 * @returns {Promise<string>} what it printed, when it failed; otherwise nothing
 */
function failureOf(program, ...words) {
  return new Promise((resolve) => {
    // npm is not among what is installed here, and need not be beside the node that runs this.
    const command = program === 'npm' ? [program] : ['npx', '--no-install', program]
    const [first = program, ...rest] = [...command, ...words]
    const child = spawn(first, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += String(chunk)))
    child.stderr.on('data', (chunk) => (output += String(chunk)))
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code) => resolve(code === 0 ? '' : `${program} ${words.join(' ')}\n${output}`))
  })
}

/**
 * @param {string} folder
 * @param {string} packs where tarballs go
 * @returns {Promise<string[]>}
 */
async function checkPackage(folder, packs) {
  /** @type {Record<string, unknown>} */
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  if (manifest['private'] === true) return []
  const destination = await mkdtemp(join(packs, 'pack-'))
  const packing = await failureOf('npm', 'pack', `./${folder}`, '--pack-destination', destination, '--silent')
  const [tarball = ''] = await readdir(destination)
  const failures = await Promise.all([
    failureOf('publint', '--strict', folder),
    failureOf('attw', '--profile', 'esm-only', join(destination, tarball)),
  ])
  return [packing, ...failures]
}

await mkdir('.cache', { recursive: true })
const packs = await mkdtemp('.cache/packs-')
try {
  const folders = (await readdir('packages')).map((name) => join('packages', name))
  const results = await Promise.all([
    failureOf('knip', '--no-progress').then((failure) => [failure]),
    ...folders.map((folder) => checkPackage(folder, packs)),
  ])
  const failures = results.flat().filter((failure) => failure !== '')
  for (const failure of failures) console.error(failure)
  if (failures.length > 0) process.exitCode = 1
  else console.log(`${folders.length} packages are sound`)
} finally {
  await rm(packs, { recursive: true, force: true })
}
