namespace Chat.Local.TestApp;

internal sealed record Changed(string Id);
