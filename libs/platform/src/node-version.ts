/** `node:sqlite` and the language level need Node 24, which comes with the installation: npm scripts and `npx node` find it. */
export function requireNode24(): void {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 24) return;
  process.stderr.write(
    `Da Capo needs Node 24 or later, this is ${process.versions.node}. Use "npm start", or "npx node ...": both bring their own.\n`,
  );
  process.exit(1);
}
