// A job's log is a plain object that changes as events come. Reading it through this tells Svelte to read it again
// whenever the version changes.

export function seen<T>(_version: number, value: T): T {
  return value
}
