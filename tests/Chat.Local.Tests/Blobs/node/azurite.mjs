// Azurite's Blob service, for as long as the process that started it is there: the pipe ends with it, however it ends.
process.stdin.resume().on('end', () => process.exit());
await import('azurite/dist/src/blob/main.js');
