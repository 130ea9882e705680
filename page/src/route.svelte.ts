// Where one is: the part of the address behind #. The server never sees it, so every address is the same one file.

/** `#/jobs/1?x=y` is `['jobs', '1']` with `{x: 'y'}`. */
function read(): { path: string[]; query: URLSearchParams } {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?')
  return { path: path.split('/').filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) }
}

let now = $state.raw(read())

addEventListener('hashchange', () => {
  now = read()
})

export const route = {
  get path(): string[] {
    return now.path
  },
  get query(): URLSearchParams {
    return now.query
  },
}

export function go(address: string): void {
  location.hash = address
}
