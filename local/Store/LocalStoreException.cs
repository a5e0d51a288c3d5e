namespace Chat.Local.Store;

/// <summary>The data on disk can't be used; the message says what to do and is meant for the person at the terminal.</summary>
internal sealed class LocalStoreException(string message, Exception? inner = null) : Exception(message, inner);
