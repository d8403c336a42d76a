declare module "locales:all" {
  export const loaders: Record<string, () => Promise<{ default: Record<string, string> }>>;
}
