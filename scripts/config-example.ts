// Writes optimization-config.example.yaml from the settings; a test looks whether it was forgotten.
import fs from 'node:fs';
import { join } from 'node:path';
import { exampleText } from '../src/config/example.ts';

fs.writeFileSync(join(import.meta.dirname, '../optimization-config.example.yaml'), exampleText());
