/** The public door of `@forebay/disk`. */
export { diskBackend, type DiskBackend, type DiskBackendOptions } from './disk-backend.ts'
