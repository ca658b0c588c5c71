import type { Adapter, AdapterPayload } from 'oidc-provider';

/** Where oidc-provider keeps its sign-ins: in memory, gone with the process, as is right for a local stack. */
export class MemoryAdapter implements Adapter {
  private readonly byId = new Map<string, AdapterPayload>();

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    this.byId.set(id, payload);
    // Timers must not keep the process alive.
    if (expiresIn) setTimeout(() => this.byId.delete(id), expiresIn * 1000).unref();
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.byId.get(id);
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return [...this.byId.values()].find((payload) => payload.uid === uid);
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return [...this.byId.values()].find((payload) => payload.userCode === userCode);
  }

  async consume(id: string): Promise<void> {
    const payload = this.byId.get(id);
    if (payload) payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id: string): Promise<void> {
    this.byId.delete(id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [id, payload] of this.byId) if (payload.grantId === grantId) this.byId.delete(id);
  }
}
