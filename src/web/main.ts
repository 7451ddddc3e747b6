import { preload, Shell } from './shell.ts';
import { startPages } from './start-pages.ts';

void preload();
startPages(Shell, 'zankyo');
