/** The worker: the app opens without a network, and a message of the service wakes the person. */
import { read } from "./vault";

declare const SHELL: string[];
declare const VERSION: string;
declare const TEXTS: Record<string, Record<string, string>>;

interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetched extends Extendable {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Pushed extends Extendable {
  data: { json(): unknown } | null;
}
interface Clicked extends Extendable {
  notification: Notification;
}
interface Page {
  focus(): Promise<unknown>;
  postMessage(message: unknown): void;
}
interface Worker {
  registration: ServiceWorkerRegistration;
  clients: {
    claim(): Promise<void>;
    matchAll(options: object): Promise<Page[]>;
    openWindow(address: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener<T extends Event>(kind: string, listener: (event: T) => void): void;
}

const worker = globalThis as unknown as Worker;
const CACHE = `app-${VERSION}`;
const HOME = "/app/";
const API = "/app/api/";
const PAGES = { type: "window", includeUncontrolled: true };

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(SHELL);
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** The page from the network, so that a new release shows at once; without one, from the cache. */
async function page(request: Request): Promise<Response> {
  const kept = async () => (await caches.match(HOME)) ?? Response.error();
  return fetch(request).catch(kept);
}

/** Files carry their hash in the name: what is kept never differs. */
const file = async (request: Request): Promise<Response> =>
  (await caches.match(request)) ?? fetch(request);

async function notify(event: Pushed): Promise<void> {
  const { kind } = (event.data?.json() ?? {}) as { kind?: string };
  const texts = TEXTS[(await read<string>("language")) ?? "es"] ?? TEXTS.es ?? {};
  const text = texts[kind === "pin" ? "app.push.pin" : "app.push.login"] ?? "";
  const pages = await worker.clients.matchAll(PAGES);
  pages.forEach((open) => open.postMessage({ kind }));
  await worker.registration.showNotification(text, {
    tag: kind ?? "login",
    icon: "/app/icon-192.png",
  });
}

async function open(event: Clicked): Promise<void> {
  event.notification.close();
  const [first] = await worker.clients.matchAll(PAGES);
  await (first ? first.focus() : worker.clients.openWindow(HOME));
}

worker.addEventListener<Extendable>("install", (event) => event.waitUntil(install()));
worker.addEventListener<Extendable>("activate", (event) => event.waitUntil(activate()));
worker.addEventListener<Pushed>("push", (event) => event.waitUntil(notify(event)));
worker.addEventListener<Clicked>("notificationclick", (event) => event.waitUntil(open(event)));
worker.addEventListener<Fetched>("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || pathname.startsWith(API)) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request));
  else if (SHELL.includes(pathname)) event.respondWith(file(event.request));
});
