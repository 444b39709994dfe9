// `bowline app-server generate-json-schema` and `generate-ts`: write the protocol into a folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { GenerateRun } from './appServerArguments.ts';
import { jsonSchemaDocument, protocolShapes } from './protocolFiles/jsonSchema.ts';
import { typeScriptModule } from './protocolFiles/typeScript.ts';
import { version } from './version.ts';

/** Writes the files, and returns their paths. */
export function generate({ format, out, experimental }: GenerateRun): string[] {
  const folder = resolve(out);
  mkdirSync(folder, { recursive: true });
  const protocol = protocolShapes(experimental);
  const files: Readonly<Record<string, string>> =
    format === 'typeScript'
      ? { 'protocol.ts': typeScriptModule(protocol, version) }
      : {
          'protocol.schema.json': json(jsonSchemaDocument(protocol)),
          'methods.json': json({
            clientRequests: protocol.clientRequests,
            serverRequests: protocol.serverRequests,
            clientNotifications: protocol.clientNotifications,
            serverNotifications: protocol.serverNotifications,
          }),
        };
  return Object.entries(files).map(([name, text]) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
