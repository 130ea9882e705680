// How the page is built: into dist/, hashed names under assets/, each text also as .gz, which the server sends as it is.
//
// pdf.js wants some files by name (character maps, standard fonts, decoders): they are copied under its version.

import { createReadStream, existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const dist = join(import.meta.dirname, 'dist')
const pdfjs = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'))
const version: string = JSON.parse(await readFile(join(pdfjs, 'package.json'), 'utf8')).version
const folder = `assets/pdfjs-${version}`
const FOLDERS = ['cmaps', 'standard_fonts', 'wasm', 'iccs']
const TEXT = /\.(js|mjs|css|html|svg|json|wasm|bcmap|pfb|ttf|icc)$/

/** The files that pdf.js asks for by name. */
function pdfjsFiles(): Plugin {
  return {
    name: 'pdfjs-files',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const name = request.url?.startsWith(`/${folder}/`) ? request.url.slice(folder.length + 2) : ''
        const path = join(pdfjs, name)
        if (!name || !existsSync(path) || !path.startsWith(pdfjs)) return next()
        createReadStream(path).pipe(response)
      })
    },
    async writeBundle() {
      for (const name of FOLDERS) {
        const from = join(pdfjs, name)
        if (existsSync(from)) await cp(from, join(dist, folder, name), { recursive: true })
      }
    },
  }
}

/** Empties dist/ before and packs it after: but .keep stays, so that the folder is always there for Cargo to watch. */
function dist_folder(): Plugin {
  return {
    name: 'dist-folder',
    apply: 'build',
    async buildStart() {
      await mkdir(dist, { recursive: true })
      for (const name of await readdir(dist)) {
        if (name !== '.keep') await rm(join(dist, name), { recursive: true })
      }
    },
    async closeBundle() {
      for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !TEXT.test(entry.name)) continue
        const path = join(entry.parentPath, entry.name)
        const bytes = await readFile(path)
        const packed = gzipSync(bytes, { level: 9 })
        if (packed.length < bytes.length * 0.95) await writeFile(`${path}.gz`, packed)
      }
    },
  }
}

export default defineConfig({
  plugins: [svelte(), pdfjsFiles(), dist_folder()],
  define: { __PDFJS_FILES__: JSON.stringify(`/${folder}/`) },
  build: {
    outDir: dist,
    emptyOutDir: false,
    // Nothing becomes a data: address, and nothing stands in the markup: the policy of the server allows neither.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome111', 'firefox114', 'safari16.4'],
    chunkSizeWarningLimit: 2000,
  },
  worker: { format: 'es' },
  server: {
    // `SLUICE_API` is a running `sluice serve`.
    proxy: Object.fromEntries(
      ['/v1', '/jobs', '/openapi.json', '/ready', '/metrics', '/docs'].map((path) => [
        path,
        process.env.SLUICE_API ?? 'http://127.0.0.1:8080',
      ]),
    ),
    fs: { allow: ['..'] },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
})
