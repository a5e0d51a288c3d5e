namespace Chat.Services.Cosmos;

/// <summary>What the app does with a conversation's documents and an inbox entry. Writes ask for no content back.</summary>
internal interface IConversation
{
    Task ReadAsync();
    Task QueryAsync();
    Task CreateAsync();
    Task ReplaceAsync();
    Task CommitAsync();
    Task RaiseAsync();
}
