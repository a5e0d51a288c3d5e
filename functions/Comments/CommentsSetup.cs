using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Comments;

/// <summary>Registers comments on the posts of channels.</summary>
internal static class CommentsSetup
{
    public static IServiceCollection AddComments(this IServiceCollection services) =>
        services
            .AddSingleton<Commenting>()
            .AddSingleton<WatchedComments>();
}
