/** What the app keeps on this phone: keys that no script can read, and a few plain values. */

const DATABASE = "clavis-app";
const STORE = "values";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("storage"));
  });
}

async function inStore<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error ?? new Error("storage"));
    });
  } finally {
    database.close();
  }
}

/** Return a kept value, or undefined. */
export const read = <T>(key: string): Promise<T | undefined> =>
  inStore("readonly", (store) => store.get(key) as IDBRequest<T | undefined>);

/** Keep a value. A CryptoKey stays what it is: usable, and not to be read. */
export const keep = async (key: string, value: unknown): Promise<void> => {
  await inStore("readwrite", (store) => store.put(value, key));
};

/** Forget a value. */
export const forget = async (key: string): Promise<void> => {
  await inStore("readwrite", (store) => store.delete(key));
};
