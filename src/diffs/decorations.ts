// Marks the agent's lines in ordinary editors: added and changed ones in colour, removed ones as a ghost with their text on hover.
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/errors.ts';
import type { ChangeTexts } from './changeTexts.ts';
import type { FileRecord } from './fileRecord.ts';
import type { Ledger } from './ledger.ts';
import { marksOf, type Mark } from './marks.ts';

/** A document that is being typed in is marked anew when it has been quiet for this long. */
const QUIET_MS = 150;
/** Removed lines that a hover shows. */
const MOST_LINES = 60;

export interface DecorationPorts {
  readonly ledger: Ledger;
  readonly texts: ChangeTexts;
  readonly log: vscode.LogOutputChannel;
}

export class Decorations implements vscode.Disposable {
  readonly #ports: DecorationPorts;
  readonly #types = { added: lineType('added'), changed: lineType('modified'), removed: ghostType() };
  readonly #owned: vscode.Disposable;
  #timer: NodeJS.Timeout | null = null;

  constructor(ports: DecorationPorts) {
    this.#ports = ports;
    this.#owned = vscode.Disposable.from(
      ...Object.values(this.#types),
      ports.ledger.onDidChange(() => this.#markSoon(0)),
      vscode.window.onDidChangeVisibleTextEditors(() => this.#markSoon(0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (ports.ledger.pendingAt(document.uri.fsPath) !== undefined) this.#markSoon(QUIET_MS);
      }),
    );
    this.#markSoon(0);
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#owned.dispose();
  }

  #markSoon(delayMs: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      for (const editor of vscode.window.visibleTextEditors) void this.#mark(editor);
    }, delayMs);
  }

  async #mark(editor: vscode.TextEditor): Promise<void> {
    const { uri } = editor.document;
    if (uri.scheme !== 'file') return;
    try {
      const record = this.#ports.ledger.pendingAt(uri.fsPath);
      const marks = record === undefined ? [] : await this.#marks(record, editor);
      for (const [type, decoration] of Object.entries(this.#types)) {
        const own = marks.filter((mark) => mark.type === type);
        editor.setDecorations(
          decoration,
          own.map((mark) => optionsOf(mark, editor.document)),
        );
      }
    } catch (error) {
      this.#ports.log.warn(`${uri.fsPath} could not be marked: ${messageOf(error)}`);
    }
  }

  async #marks(record: FileRecord, editor: vscode.TextEditor): Promise<Mark[]> {
    // a diff editor marks the file by itself
    if (isInDiff(editor)) return [];
    const { before, after } = await this.#ports.texts.ofRecord(record);
    if (after.type !== 'text' || before.type === 'conflict') return [];
    const texts = { before: before.type === 'text' ? before.text : '', after: after.text };
    return marksOf(texts, editor.document.getText());
  }
}

/** Whether the editor is a side of a diff editor: those have no tab of their own in their group. */
function isInDiff(editor: vscode.TextEditor): boolean {
  const group = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn === editor.viewColumn);
  return editor.viewColumn === undefined || group?.activeTab?.input instanceof vscode.TabInputTextDiff;
}

function optionsOf(mark: Mark, document: vscode.TextDocument): vscode.DecorationOptions {
  switch (mark.type) {
    case 'added':
      return { range: linesOf(mark, document) };
    case 'changed':
      return { range: linesOf(mark, document), hoverMessage: hover('Before Bowline’s change', mark.removed, document) };
    case 'removed': {
      const words = mark.count === 1 ? '1 removed line' : `${mark.count} removed lines`;
      const { end } = document.lineAt(Math.min(mark.line, document.lineCount - 1)).range;
      return {
        range: new vscode.Range(end, end),
        hoverMessage: hover('Removed by Bowline', mark.removed, document),
        renderOptions: { after: { contentText: `\u00a0− ${words}${mark.isAbove ? ' above' : ''}\u00a0` } },
      };
    }
  }
}

function linesOf({ start, end }: { start: number; end: number }, document: vscode.TextDocument): vscode.Range {
  return document.validateRange(new vscode.Range(start, 0, end - 1, Number.MAX_SAFE_INTEGER));
}

/** The text is shown as code and never as markup: it is whatever stood in the file. */
function hover(title: string, removed: string, document: vscode.TextDocument): vscode.MarkdownString {
  const lines = removed.replace(/\n$/, '').split('\n');
  const more = lines.length - MOST_LINES;
  const message = new vscode.MarkdownString(`${title}:\n`);
  message.appendCodeblock(lines.slice(0, MOST_LINES).join('\n'), document.languageId);
  if (more > 0) message.appendText(`… and ${more} more lines`);
  return message;
}

function lineType(name: 'added' | 'modified'): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('diffEditor.insertedLineBackground'),
    borderStyle: 'solid',
    borderWidth: '0 0 0 3px',
    borderColor: new vscode.ThemeColor(`editorGutter.${name}Background`),
    overviewRulerColor: new vscode.ThemeColor(`editorOverviewRuler.${name}Foreground`),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
}

function ghostType(): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.deletedForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    after: {
      margin: '0 0 0 2em',
      fontStyle: 'italic',
      color: new vscode.ThemeColor('descriptionForeground'),
      backgroundColor: new vscode.ThemeColor('diffEditor.removedLineBackground'),
      border: '1px solid',
      borderColor: new vscode.ThemeColor('editorGutter.deletedBackground'),
    },
  });
}
