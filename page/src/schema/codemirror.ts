// The JSON editor: CodeMirror 6, in a shadow root of its own. Loaded when a schema is looked at.
//
// The shadow root is for the server's policy, which takes no style that is made at run time in the document itself; in a
// shadow root CodeMirror uses constructed style sheets, which it takes. Problems are marked at the place of their JSON pointer.

import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json, jsonParseLinter } from '@codemirror/lang-json'
import {
  bracketMatching,
  ensureSyntaxTree,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language'
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint'
import { MergeView } from '@codemirror/merge'
import { EditorState, type Extension } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import type { SyntaxNode } from '@lezer/common'
import { tags } from '@lezer/highlight'
import { tokens } from '../job/pointer'

export interface Note {
  pointer: string
  message: string
  tone: 'error' | 'warning'
}

export interface Place {
  note: Note
  line: number
}

const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'transparent', fontSize: '13px' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--text)', padding: '8px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--text-3)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--hover) 60%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'light-dark(#bfe6ee, #1c5666)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    maxWidth: '480px',
  },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--hover)', border: 'none', color: 'var(--text-2)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--accent-wash)' },
  '.cm-diagnostic': { padding: '4px 8px' },
  '.cm-changedLine': { backgroundColor: 'var(--accent-wash) !important' },
  '.cm-deletedChunk, &.cm-merge-a .cm-changedLine': { backgroundColor: 'var(--bad-wash) !important' },
  '.cm-changedText': { background: 'color-mix(in srgb, var(--accent) 9%, transparent) !important' },
  '&.cm-merge-a .cm-changedText': { background: 'color-mix(in srgb, var(--bad) 9%, transparent) !important' },
  '.cm-collapsedLines': { background: 'var(--hover)', color: 'var(--text-2)' },
  // Its own sign is in few fonts.
  '.cm-collapsedLines:before': { content: '"…"' },
  '.cm-collapsedLines:after': { content: '"…"' },
})

const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.propertyName, color: 'var(--text)' },
    { tag: tags.string, color: 'var(--accent)' },
    { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
    { tag: [tags.punctuation, tags.separator, tags.bracket], color: 'var(--text-2)' },
  ]),
)

const common: Extension = [json(), look, colours, foldGutter(), lineNumbers(), drawSelection(), bracketMatching()]

export interface Editor {
  set(text: string): void
  /** Marks problems at their places and says on which lines those are. */
  mark(notes: Note[]): Place[]
  jump(note: Note): void
  focus(): void
  destroy(): void
}

function shadow(host: HTMLElement): ShadowRoot {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  root.replaceChildren()
  return root
}

/** `change` gets the text whenever somebody types. */
export function edit(host: HTMLElement, label: string, text: string, change: (text: string) => void): Editor {
  const root = shadow(host)
  const parse = jsonParseLinter()
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        common,
        history(),
        indentOnInput(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        lintGutter(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label, 'aria-multiline': 'true', tabindex: '0' }),
        // Tab leaves the editor, as it leaves every field: nobody is caught who has only a keyboard.
        keymap.of([...defaultKeymap, ...historyKeymap, ...foldKeymap]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) change(update.state.doc.toString())
        }),
      ],
    }),
  })

  function diagnostic(note: Note): Diagnostic {
    const { from, to } = placeOf(view.state, note.pointer)
    return { from, to, severity: note.tone, message: note.message }
  }

  return {
    set(next) {
      if (next === view.state.doc.toString()) return
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } })
    },
    mark(notes) {
      const syntax = parse(view)
      const found = syntax.length > 0 ? syntax : notes.map(diagnostic)
      view.dispatch(setDiagnostics(view.state, found))
      return notes.map((note, index) => {
        const from = found[index]?.from ?? 0
        return { note, line: view.state.doc.lineAt(Math.min(from, view.state.doc.length)).number }
      })
    },
    jump(note) {
      const { from } = placeOf(view.state, note.pointer)
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) })
      view.focus()
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  }
}

/** Two texts side by side, with what differs. */
export function compare(host: HTMLElement, before: string, after: string): { destroy(): void } {
  const root = shadow(host)
  const still = [
    common,
    EditorState.readOnly.of(true),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': 'A version of the schema', 'aria-readonly': 'true', tabindex: '0' }),
  ]
  const view = new MergeView({
    root,
    parent: root,
    a: { doc: before, extensions: still },
    b: { doc: after, extensions: still },
    collapseUnchanged: { margin: 3, minSize: 8 },
    gutter: true,
  })
  return { destroy: () => view.destroy() }
}

/** Where a pointer points in the text; as far as it leads. */
function placeOf(state: EditorState, pointer: string): { from: number; to: number } {
  const tree = ensureSyntaxTree(state, state.doc.length, 500)
  let node: SyntaxNode | null = tree?.topNode.firstChild ?? null
  let found: SyntaxNode | null = node
  for (const token of tokens(pointer)) {
    const next: SyntaxNode | null = node?.name === 'Array' ? item(node, Number(token)) : property(state, node, token)
    if (!next) break
    found = next
    node = next.name === 'Property' ? next.lastChild : next
  }
  if (!found) return { from: 0, to: 0 }
  const name = found.name === 'Property' ? found.firstChild : null
  const marked = name ?? found
  const line = state.doc.lineAt(marked.from)
  return { from: marked.from, to: Math.min(marked.to, line.to) }
}

function property(state: EditorState, object: SyntaxNode | null, key: string): SyntaxNode | null {
  for (let each = object?.firstChild ?? null; each; each = each.nextSibling) {
    const name = each.name === 'Property' ? each.firstChild : null
    if (name && unquoted(state.sliceDoc(name.from, name.to)) === key) return each
  }
  return null
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text))
  } catch {
    return text
  }
}

function item(array: SyntaxNode, index: number): SyntaxNode | null {
  let at = -1
  for (let each = array.firstChild; each; each = each.nextSibling) {
    if (/^(Object|Array|String|Number|True|False|Null)$/.test(each.name)) at += 1
    if (at === index) return each
  }
  return null
}
